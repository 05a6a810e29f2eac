package dev.jobfeed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Writes the steps of the shipped routes, and those that a test has executed, into the directory of
 * {@code -Djobfeed.coverage}. {@code .ci/route-coverage} makes a table of it.
 */
final class StepCoverage implements InterceptStrategy {

    private static final String DIRECTORY = System.getProperty("jobfeed.coverage");
    private static final String SHIPPED = "classpath:routes/";
    private static final Set<String> LINES = ConcurrentHashMap.newKeySet();

    static {
        if (DIRECTORY != null) {
            Runtime.getRuntime().addShutdownHook(new Thread(StepCoverage::write));
        }
    }

    private StepCoverage() {}

    /** Observes the routes that are added to the context from now on. */
    static void observe(CamelContext context) {
        if (DIRECTORY != null) {
            context.getCamelContextExtension().addInterceptStrategy(new StepCoverage());
        }
    }

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode step, Processor target, Processor nextTarget) {
        String file = step.getLocation();
        // a step that a test adds has a generated id
        boolean isShipped = step instanceof OptionalIdentifiedDefinition<?> definition
                && definition.hasCustomIdAssigned()
                && file != null
                && file.startsWith(SHIPPED);
        if (!isShipped) {
            return target;
        }
        String line = file.substring(SHIPPED.length()) + "\t" + step.getId();
        LINES.add("exists\t" + line);
        String executed = "executed\t" + line;
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                LINES.add(executed);
                return super.process(exchange, callback);
            }
        };
    }

    private static void write() {
        try {
            Path directory = Files.createDirectories(Path.of(DIRECTORY));
            Files.write(directory.resolve(ProcessHandle.current().pid() + ".tsv"), new TreeSet<>(LINES));
        } catch (IOException e) {
            e.printStackTrace();
        }
    }
}
