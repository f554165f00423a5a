-- Makes a scratch database; from template0, which nobody can be connected to.
create database {name} template template0
