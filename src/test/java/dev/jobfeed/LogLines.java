package dev.jobfeed;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** Captures what this process logs, until it is closed. */
final class LogLines implements AutoCloseable {

    private final Logger logger;
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    private LogLines(String name) {
        logger = (Logger) LoggerFactory.getLogger(name);
        appender.start();
        logger.addAppender(appender);
    }

    static LogLines record() {
        return of(Logger.ROOT_LOGGER_NAME);
    }

    /** Captures what a logger and those below it log. */
    static LogLines of(String name) {
        return new LogLines(name);
    }

    /** Returns the events of all levels. */
    List<ILoggingEvent> events() {
        return List.copyOf(appender.list);
    }

    /** Returns the messages of all levels. */
    List<String> messages() {
        return events().stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** Returns the messages of a level. */
    List<String> lines(String level) {
        return events().stream()
                .filter(event -> event.getLevel().toString().equals(level))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /** Returns everything except DEBUG and TRACE, with stack traces. */
    String text() {
        return events().stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(ch.qos.logback.classic.Level.INFO))
                .map(event -> event.getFormattedMessage()
                        + (event.getThrowableProxy() == null
                                ? ""
                                : "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy())))
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
    }
}
