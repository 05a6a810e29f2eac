package dev.jobfeed.persistence;

import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Executes the bundle's statements by their names. Joins the calling thread's transaction. */
public final class SqlClient {

    private final NamedParameterJdbcTemplate jdbc;
    private final JdbcClient client;
    private final Dialect database;

    public SqlClient(DataSource dataSource, Dialect database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.client = JdbcClient.create(jdbc);
        this.database = database;
    }

    public Dialect database() {
        return database;
    }

    /** Returns a statement to set parameters of and to execute. */
    public JdbcClient.StatementSpec statement(String name) {
        return client.sql(SqlStatement.text(name, database));
    }

    /**
     * Returns the number of a query's rows.
     *
     * @param parameters the query's lines with other parameters are left out
     */
    long count(String name, Map<String, Object> parameters) {
        String query = SqlStatement.only(parameters::containsKey, SqlStatement.text(name, database));
        return client.sql("select count(*) from (" + query + ") counted")
                .params(parameters)
                .query(Long.class)
                .single();
    }

    /** Executes a statement for each of several sets of parameters. */
    public void batch(String name, List<SqlParameterSource> rows) {
        jdbc.batchUpdate(SqlStatement.text(name, database), rows.toArray(SqlParameterSource[]::new));
    }

    /**
     * Checks deferred constraints at each remaining statement of the transaction instead of at its end. H2 always does.
     */
    public void checkAtOnce() {
        if (database == Dialect.POSTGRESQL) {
            statement("constraints-immediate").update();
        }
    }
}
