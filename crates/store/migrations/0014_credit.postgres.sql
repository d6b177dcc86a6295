select raise_wall('data_key');
