select raise_wall('account_word');
select raise_wall('account_spelling');
select raise_wall('account_acid');

-- As with the accounts themselves: a partner reads what is the carrier's, and its own prospects'.
create policy customers on account_word for select using (
  tenant = 'carrier.' || right((select current_setting('demarc.sight', true)), 4)
  and (select current_setting('demarc.sight', true)) like '%.%'
  and owner in ('', left((select current_setting('demarc.sight', true)), 15)));
create policy customers on account_spelling for select using (
  tenant = 'carrier.' || right((select current_setting('demarc.sight', true)), 4)
  and (select current_setting('demarc.sight', true)) like '%.%'
  and owner in ('', left((select current_setting('demarc.sight', true)), 15)));
