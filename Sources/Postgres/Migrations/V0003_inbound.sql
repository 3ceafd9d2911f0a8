-- What comes back by mail. Locks no large table.
SELECT 1;
