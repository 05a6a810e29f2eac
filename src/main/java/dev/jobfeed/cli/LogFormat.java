package dev.jobfeed.cli;

import ch.qos.logback.core.PropertyDefinerBase;
import dev.jobfeed.config.ConfigurationException;
import java.util.Map;

/** Tells logback.xml which form the lines of the log have. */
public final class LogFormat extends PropertyDefinerBase {

    /** The form that is set; what cannot be used is complained about by the command, in the form for people. */
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
