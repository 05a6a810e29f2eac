create schema if not exists :schema;
set schema :schema;
