select raise_wall('test_clock');
