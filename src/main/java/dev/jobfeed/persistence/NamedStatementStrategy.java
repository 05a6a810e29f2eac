package dev.jobfeed.persistence;

import dev.jobfeed.feed.ColumnGroup;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.sql.DefaultSqlPrepareStatementStrategy;
import org.apache.camel.component.sql.SqlPrepareStatementStrategy;
import org.springframework.jdbc.core.StatementCreatorUtils;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/**
 * Lets {@code sql:} endpoints execute the bundle's statements by name: bean {@code jobfeedSql}. The name is that of a
 * file in {@code dev/jobfeed/sql}, and the file is the one for the database of the exchange's tenant. The body provides
 * the parameters: a map, the row of a query included, a {@link SqlParameterSource} such as {@link SearchCriteria}, or with {@code batch=true} an iterable of them or a {@link
 * RecordBatch}. Any other query is SQL with Camel's own parameters.
 */
public final class NamedStatementStrategy implements SqlPrepareStatementStrategy {

    private static final Pattern NAME = Pattern.compile("[a-z_]+(-[a-z_]+)+");

    private final SqlPrepareStatementStrategy inline = new DefaultSqlPrepareStatementStrategy();
    private final Function<Exchange, Dialect> databases;
    private final Map<Statement, SqlStatement> statements = new ConcurrentHashMap<>();
    private final Map<BatchStatement, RecordStatement> batchStatements = new ConcurrentHashMap<>();

    /**
     * Creates the strategy.
     *
     * @param databases finds the database of an exchange's tenant
     */
    public NamedStatementStrategy(Function<Exchange, Dialect> databases) {
        this.databases = databases;
    }

    private record Statement(String name, Dialect database) {}

    private record BatchStatement(Statement statement, Set<ColumnGroup> parts) {}

    /** Sets the parameters of one execution, in the place of an iterator over their values. */
    private interface Setter extends Iterator<Object> {

        void set(PreparedStatement statement) throws SQLException;

        @Override
        default boolean hasNext() {
            return false;
        }

        @Override
        default Object next() {
            throw new NoSuchElementException();
        }
    }

    @Override
    public String prepareQuery(String query, boolean allowNamedParameters, Exchange exchange) throws SQLException {
        if (!isName(query)) {
            return inline.prepareQuery(query, allowNamedParameters, exchange);
        }
        return exchange.getMessage().getBody() instanceof RecordBatch batch
                ? statement(query, batch, exchange).text()
                : statement(query, exchange).text();
    }

    @Override
    public Iterator<?> createPopulateIterator(
            String query, String preparedQuery, int expectedParams, Exchange exchange, Object value)
            throws SQLException {
        if (!isName(query)) {
            return inline.createPopulateIterator(query, preparedQuery, expectedParams, exchange, value);
        }
        if (value instanceof RecordChange change) {
            RecordBatch batch = exchange.getMessage().getBody(RecordBatch.class);
            RecordStatement sql = statement(query, batch, exchange);
            return (Setter) statement -> sql.set(statement, change, batch.at());
        }
        List<String> names = statement(query, exchange).parameters();
        SqlParameterSource parameters = parameters(query, names, value);
        return (Setter) statement -> set(statement, names, parameters);
    }

    @Override
    public void populateStatement(PreparedStatement statement, Iterator<?> iterator, int expectedParams)
            throws SQLException {
        if (iterator instanceof Setter setter) {
            setter.set(statement);
        } else {
            inline.populateStatement(statement, iterator, expectedParams);
        }
    }

    private static boolean isName(String query) {
        return NAME.matcher(query).matches();
    }

    private static SqlParameterSource parameters(String query, List<String> names, Object body) {
        if (body instanceof SqlParameterSource parameters) {
            return parameters;
        }
        if (body instanceof Map<?, ?> map) {
            MapSqlParameterSource parameters = new MapSqlParameterSource();
            names.stream().filter(map::containsKey).forEach(name -> parameters.addValue(name, map.get(name)));
            return parameters;
        }
        throw new IllegalArgumentException("The body of the statement " + query + " must be a map with "
                + String.join(", ", names) + ", and is "
                + (body == null ? "null" : body.getClass().getName()) + ".");
    }

    private static void set(PreparedStatement statement, List<String> names, SqlParameterSource parameters)
            throws SQLException {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            StatementCreatorUtils.setParameterValue(
                    statement,
                    i + 1,
                    parameters.getSqlType(name),
                    parameters.getTypeName(name),
                    parameters.getValue(name));
        }
    }

    private SqlStatement statement(String name, Exchange exchange) {
        if (exchange.getMessage().getBody() instanceof SearchCriteria criteria) {
            return SqlStatement.read(name, databases.apply(exchange), criteria::hasValue);
        }
        return statements.computeIfAbsent(
                new Statement(name, databases.apply(exchange)), key -> SqlStatement.read(key.name(), key.database()));
    }

    private RecordStatement statement(String name, RecordBatch batch, Exchange exchange) {
        return batchStatements.computeIfAbsent(
                new BatchStatement(new Statement(name, databases.apply(exchange)), batch.parts()),
                key -> RecordStatement.read(
                        key.statement().name(),
                        key.statement().database(),
                        batch.source().shape(),
                        batch.parts()));
    }
}
