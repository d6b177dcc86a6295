select raise_wall('promotion_use');
select raise_wall('promotion_spend');
