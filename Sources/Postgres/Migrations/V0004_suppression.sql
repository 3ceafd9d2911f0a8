-- Suppressions, soft bounces, complaint rates. Locks no large table.
SELECT 1;
