-- What was taken from files of sites into quotes.
create table import (
  tenant text not null, id text not null, version bigint not null,
  quote text not null, doc text not null,
  primary key (tenant, id)
);

-- The file of each, with a column that says what was wrong: text as it is, a workbook in base64.
create table import_file (
  tenant text not null, import text not null, body text not null,
  primary key (tenant, import)
);
