-- Whose rights a connection has: those of a role that it was set to, or of the user who connected.
select current_user::text
