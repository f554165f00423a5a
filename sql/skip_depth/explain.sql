-- In this transaction, sends the client the plan of every statement as it was run, those inside functions too: JSON, in a notice.
set local auto_explain.log_analyze = on;
set local auto_explain.log_timing = off;  -- rows are counted, and no clock is read for each of them
set local auto_explain.log_nested_statements = on;
set local auto_explain.log_format = json;
set local auto_explain.log_level = notice;  -- to the client, and not to the server's log
set local auto_explain.sample_rate = 1;
set local auto_explain.log_min_duration = 0;
set local client_min_messages = notice;
