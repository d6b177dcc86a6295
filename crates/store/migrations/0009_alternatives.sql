-- A quote's number is shared by its alternatives, A, B, C …, and each of those counts its versions.
-- What is older has one alternative; its number and its version are in the document, behind the
-- first word of that name: spaces take that word's place, more than stand before it, and are
-- trimmed off.
alter table quote add column number text not null default '';
alter table quote add column alternative text not null default 'A';
alter table quote add column revision bigint not null default 1;
update quote set
  number = substr(ltrim(substr(
    replace(doc, '"number":"', replace('xxxxxxxxxxxxxxxxxxxx', 'x', '                         ')),
    500)), 1, 14),
  revision = cast(rtrim(substr(
    replace(ltrim(substr(
      replace(doc, '"revision":', replace('xxxxxxxxxxxxxxxxxxxx', 'x', '                         ')),
      500)), ',', replace('xxxxxxxxxxxxxxxxxxxx', 'x', '                         ')),
    1, 500)) as bigint);
-- Of each alternative one version has each count, for ever.
create unique index quote_version on quote (tenant, number, alternative, revision);
-- At most one alternative of a quote is ever signed.
create unique index quote_accepted on quote (tenant, number) where state = 'accepted';
