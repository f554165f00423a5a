-- Brings what explains statements as they run, for this session; a superuser may.
load 'auto_explain';
