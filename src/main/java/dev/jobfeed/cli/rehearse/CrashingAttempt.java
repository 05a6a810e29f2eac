package dev.jobfeed.cli.rehearse;

import dev.jobfeed.persistence.SqlStatement;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * A process that makes one attempt on the jobs, and halts before a step of the first page that it stores. Prints what
 * is committed before each step of that page, and at last the step, or why the attempt failed.
 */
final class CrashingAttempt implements InterceptStrategy {

    /** Exit code of a process that has halted. */
    static final int KILLED = 77;

    /** Exit code of a process whose routes make no attempts. */
    static final int NOT_CHECKED = 78;

    /** The route that stores a page. */
    private static final String PAGE = "feed-store-page";

    /** The step after it, when the page is committed. */
    static final String COMMITTED = "feed-loop-committed";

    /** Begins a line about a step of a page, with what is committed before it. */
    static final String STEP = "step";

    private static final String OPTION = "rehearsal.";
    private static final String SETTING = "setting.";

    private final Set<String> seen = new HashSet<>();
    private final String last;
    private volatile DataSource dataSource;

    /**
     * Creates the strategy.
     *
     * @param last the step before which the process is killed
     */
    private CrashingAttempt(String last) {
        this.last = last;
    }

    /** Writes what a process reads from its input; the routes may have properties that no file should have. */
    static void write(OutputStream input, RehearsedRoutes routes, Properties settings, String step) throws IOException {
        Properties all = new Properties();
        all.putAll(routes.properties());
        settings.forEach((name, value) -> all.put(SETTING + name, value));
        all.setProperty(OPTION + "step", step);
        all.setProperty(OPTION + "locations", String.join(",", routes.locations()));
        if (routes.statements() != null) {
            all.setProperty(OPTION + "statements", routes.statements().toString());
        }
        try (Writer writer = new OutputStreamWriter(input, StandardCharsets.UTF_8)) {
            all.store(writer, null);
        }
    }

    /** Runs the process. */
    public static void main(String[] arguments) throws Exception {
        int exitCode = 1;
        String last;
        try {
            Properties input = new Properties();
            input.load(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            Stage.Outcome outcome = attempt(input);
            exitCode = outcome.succeeded() ? 0 : 1;
            last = outcome.text();
        } catch (NotCheckedException e) {
            exitCode = NOT_CHECKED;
            last = e.getMessage();
        } catch (Exception e) {
            last = String.valueOf(e.getMessage());
        }
        end(exitCode, last);
    }

    private static Stage.Outcome attempt(Properties input) throws NotCheckedException {
        Map<String, String> settings = new TreeMap<>();
        Properties properties = new Properties();
        input.stringPropertyNames().forEach(name -> {
            if (name.startsWith(SETTING)) {
                settings.put(name.substring(SETTING.length()), input.getProperty(name));
            } else if (!name.startsWith(OPTION)) {
                properties.setProperty(name, input.getProperty(name));
            }
        });
        String statements = input.getProperty(OPTION + "statements");
        SqlStatement.replaceFrom(statements == null ? null : Path.of(statements));
        CrashingAttempt crash = new CrashingAttempt(input.getProperty(OPTION + "step"));
        RehearsalContext context =
                RehearsalContext.start(input.getProperty(OPTION + "locations"), properties, settings, camel -> {
                    camel.registerEndpointCallback(new OutboundStub(settings.get("jobo.base-url")));
                    camel.addInterceptStrategy(crash);
                });
        crash.dataSource = context.dataSource();
        return new Stage(null, context, new StepHooks()).sync();
    }

    /** Ends the process as a power failure would. */
    private static void end(int exitCode, String last) {
        System.out.println(last.replaceAll("\\s+", " "));
        System.out.flush();
        Runtime.getRuntime().halt(exitCode);
    }

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor next) {
        String id = definition.getId();
        if (!COMMITTED.equals(id) && !PAGE.equals(route(definition))) {
            return target;
        }
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                reach(id);
                return super.process(exchange, callback);
            }
        };
    }

    private static String route(NamedNode definition) {
        NamedNode root = definition;
        while (root.getParent() != null) {
            root = root.getParent();
        }
        return root.getId();
    }

    private synchronized void reach(String id) {
        if (seen.contains(COMMITTED) || !seen.add(id)) {
            return;
        }
        try (Connection connection = dataSource.getConnection()) {
            System.out.println(
                    STEP + " " + id + " " + CommittedState.read(connection).line());
        } catch (SQLException e) {
            end(1, "What is committed cannot be read: " + e.getMessage());
        }
        if (id.equals(last)) {
            end(KILLED, id);
        }
    }
}
