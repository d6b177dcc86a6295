-- The lookup's index. An account that is not in it yet has `indexed` 0; its columns and its
-- document are then of an older form too. What makes words of names is code, so that opening the
-- database brings them up to date, page by page.
alter table account add column indexed bigint not null default 0;
create index account_unindexed on account (tenant, id) where indexed = 0;
drop index account_name;
create index account_name on account (tenant, name_key, state, city, zip, owner, id);
create index account_zip on account (tenant, zip, state, owner);

-- Under which words, pairs of words and numbers an account is found. `owner` is the partner whose
-- prospect it is, or empty.
create table account_word (
  tenant text not null, word text not null, state text not null, city text not null,
  zip text not null, owner text not null, account text not null,
  primary key (tenant, word, state, city, zip, owner, account)
);

-- The vocabulary: each word, by itself and by what is left of it without one of its letters.
create table account_spelling (
  tenant text not null, key text not null, owner text not null, word text not null
);
create index account_spelling_key on account_spelling (tenant, key, owner, word);

-- Which account holds a customer number.
create table account_acid (
  tenant text not null, acid text not null, account text not null,
  primary key (tenant, acid)
);
