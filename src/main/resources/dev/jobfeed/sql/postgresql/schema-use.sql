create schema if not exists :schema;
set local search_path to :schema;
