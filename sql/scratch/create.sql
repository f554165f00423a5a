-- Makes a scratch database as a copy of another one, which nobody may be connected to.
create database {name} template {template}
