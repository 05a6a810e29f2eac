create table if not exists "jobfeed_schema_history" (
    "installed_rank" int not null constraint "jobfeed_schema_history_pk" primary key,
    "version" varchar(50),
    "description" varchar(200) not null,
    "type" varchar(20) not null,
    "script" varchar(1000) not null,
    "checksum" int,
    "installed_by" varchar(100) not null,
    "installed_on" timestamp not null default current_timestamp,
    "execution_time" int not null,
    "success" boolean not null
);
create index if not exists "jobfeed_schema_history_s_idx" on "jobfeed_schema_history" ("success");
