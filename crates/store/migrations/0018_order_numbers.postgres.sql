drop function json_extract(text, text);
