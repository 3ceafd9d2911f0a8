-- Opens, clicks, the proof of an opt-out. Locks no large table.
SELECT 1;
