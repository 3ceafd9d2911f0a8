-- Keys of the API. Locks no large table.
SELECT 1;
