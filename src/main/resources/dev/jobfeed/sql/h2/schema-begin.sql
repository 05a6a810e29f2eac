set autocommit false;
