package dev.jobfeed.cli;

import ch.qos.logback.core.PropertyDefinerBase;
import dev.jobfeed.ConfigurationException;
import dev.jobfeed.Settings;
import java.util.Map;

/** Tells logback.xml which form the lines of the log have. */
public final class LogFormat extends PropertyDefinerBase {

    /** The form that is set; what cannot be used is complained about by the command, in the form for people. */
    @Override
    public String getPropertyValue() {
        try {
            return of(Configuration.read(Map.of()).settings());
        } catch (ConfigurationException e) {
            return "human";
        }
    }

    /**
     * The form that is set.
     *
     * @throws ConfigurationException when there is no such form
     */
    static String of(Settings settings) {
        String format = settings.text("jobfeed.log.format").orElse("human");
        if (!format.equals("human") && !format.equals("json")) {
            throw new ConfigurationException("jobfeed.log.format is '" + format + "'; it takes human or json.");
        }
        return format;
    }
}
