package dev.jobfeed.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.jobfeed.console.RunLog;
import org.slf4j.LoggerFactory;

/** Adds the bundle's own log lines to the log of the console; those of libraries and of routes may show secrets. */
final class RunLogAppender extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final RunLog log;
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.jobfeed");

    RunLogAppender(RunLog log) {
        this.log = log;
        setContext((LoggerContext) LoggerFactory.getILoggerFactory());
        start();
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.INFO)) {
            log.add(
                    event.getMDCPropertyMap(),
                    event.getInstant(),
                    event.getLevel().toString(),
                    event.getFormattedMessage());
        }
    }

    @Override
    public void close() {
        logger.detachAppender(this);
    }
}
