package dev.jobfeed.cli;

import ch.qos.logback.core.PropertyDefinerBase;
import dev.jobfeed.config.ConfigurationException;
import java.util.Map;

/** Provides the log format to logback.xml. */
public final class LogFormat extends PropertyDefinerBase {

    /** Returns the configured format. An invalid value is reported by the command, in the human format. */
    @Override
    public String getPropertyValue() {
        try {
            return RuntimeConfiguration.read(Map.of())
                    .settings()
                    .choice("jobfeed.log.format", "human or json", "human|json")
                    .orElse("human");
        } catch (ConfigurationException e) {
            return "human";
        }
    }
}
