select raise_wall('import');
select raise_wall('import_file');
