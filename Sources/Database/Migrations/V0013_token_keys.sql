-- Which token key a number stands for: the first program that starts with a key of that number notes what the key makes
-- of a fixed text, and every other one compares. Writes nothing of its own, and locks no table.
CREATE FUNCTION note_token_key(number smallint, value bytea) RETURNS bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF number NOT BETWEEN 1 AND 255 OR octet_length(value) <> 32 THEN
        RAISE EXCEPTION 'no check value of a token key' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO key_checks (purpose, key_version, check_value) VALUES ('token', number, value) ON CONFLICT DO NOTHING;
    -- Another one may have been first.
    RETURN (SELECT k.check_value FROM key_checks k WHERE k.purpose = 'token' AND k.key_version = number);
END $$;

REVOKE ALL ON FUNCTION note_token_key(smallint, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_token_key(smallint, bytea) TO veredus_admin, veredus_worker, veredus_web, veredus_inbound;
