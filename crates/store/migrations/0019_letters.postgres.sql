select raise_wall('letter_of_agency');
