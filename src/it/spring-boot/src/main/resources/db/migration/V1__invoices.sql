create table invoice (id integer primary key, paid boolean not null);
