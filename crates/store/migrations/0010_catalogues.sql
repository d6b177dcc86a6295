-- Versions of the catalogue, in the carrier's own space: proposed, published, refused, withdrawn.
-- A published one has its number, 1, 2, 3 … in the order of publishing, and the moment from which
-- it is in force, in milliseconds since the Unix epoch.
create table catalogue_version (
  tenant text not null, id text not null, version bigint not null,
  label text not null, digest text not null, state text not null,
  number bigint, effective_at bigint, doc text not null,
  primary key (tenant, id)
);
-- Two that publish at once cannot both be the next.
create unique index catalogue_version_number on catalogue_version (tenant, number);
create index catalogue_version_effective on catalogue_version (tenant, state, effective_at);

-- The files of each, by the SHA-256 of their names and texts: a JSON object, text by name.
create table catalogue_files (
  tenant text not null, digest text not null, body text not null,
  primary key (tenant, digest)
);
