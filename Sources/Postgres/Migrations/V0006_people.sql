-- People who sign in. Locks no large table.
SELECT 1;
