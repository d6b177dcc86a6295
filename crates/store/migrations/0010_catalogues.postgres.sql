select raise_wall('catalogue_version');
select raise_wall('catalogue_files');
