package dev.jobfeed.config;

import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Ordered;
import org.apache.camel.component.properties.DefaultPropertiesLookupListener;
import org.apache.camel.spi.PropertiesSource;

/**
 * The lowest of the context's property sources. Beside the defaults it has, for the placeholders of routes:
 *
 * <ul>
 *   <li>{@code jobfeed-set.x}: whether the property {@code x} is set; and {@code jobfeed-set.jobby}, whether there is
 *       anything to do for Jobby.dev, and {@code jobfeed-set.page}, whether there is a console;
 *   <li>{@code jobfeed-schedule.x.set} and {@code jobfeed-schedule.x.cron}, for each property {@code jobfeed.x} with a
 *       schedule that may be empty; a route of one that is off is not there, because Quartz would schedule it; and
 *       {@code jobfeed-schedule.time-zone}, whose clock they go by;
 *   <li>each of them, and each property, with {@code @tenant} behind it: as it is for that tenant, and with a lone
 *       {@code @} for the default tenant.
 * </ul>
 */
public final class DefaultsPropertiesSource implements PropertiesSource, Ordered {

    private static final Pattern SCHEDULE = Pattern.compile("jobfeed-schedule\\.(([a-z_-]+)\\.[a-z-]+)\\.(set|cron)");
    private static final Pattern NAME = Pattern.compile("([^@]*)(?:@(.*))?");
    private static final String NAME_OF_SOURCE = "jobfeed-defaults";
    private static final String SET = "jobfeed-set.";

    private final Map<String, String> defaults = JobfeedProperties.defaults();
    private final CamelContext context;

    private final UnaryOperator<String> host;

    /**
     * @param host what the host sets a property to, beside what its context knows; null for nothing
     */
    public DefaultsPropertiesSource(CamelContext context, UnaryOperator<String> host) {
        this.context = context;
        this.host = host;
    }

    /**
     * Adds the source to its context. Listeners that the host has added are not called for its values: camel-main would print
     * each of them as a setting of the application.
     */
    public void add() {
        if (context.getPropertiesComponent()
                instanceof org.apache.camel.component.properties.PropertiesComponent properties) {
            properties
                    .getPropertiesLookupListeners()
                    .replaceAll(listener -> listener instanceof DefaultPropertiesLookupListener
                            ? listener
                            : (name, value, defaultValue, source) -> {
                                if (!NAME_OF_SOURCE.equals(source)) {
                                    listener.onLookup(name, value, defaultValue, source);
                                }
                            });
        }
        context.getPropertiesComponent().addPropertiesSource(this);
    }

    @Override
    public String getName() {
        return NAME_OF_SOURCE;
    }

    @Override
    public String getProperty(String text) {
        Matcher parts = NAME.matcher(text);
        if (!parts.matches()) {
            return null;
        }
        String name = parts.group(1);
        String tenant = parts.group(2);
        if (tenant == null && defaults.containsKey(name)) {
            return set(name).orElse(defaults.get(name));
        }
        JobfeedProperties settings = JobfeedProperties.over(
                        n -> context.getPropertiesComponent().resolveProperty(n))
                .of(tenant == null ? "" : tenant);
        if (defaults.containsKey(name)) {
            return settings.text(name).orElse("");
        }
        if (name.equals("jobfeed-set.jobby")) {
            return Boolean.toString(settings.text("jobby.token").isPresent()
                    || settings.text("jobby.webhook-secret").isPresent());
        }
        if (name.equals("jobfeed-set.page")) {
            return Boolean.toString(settings.text("jobfeed.console.enabled").equals(Optional.of("true")));
        }
        if (name.startsWith(SET)) {
            return Boolean.toString(settings.text(name.substring(SET.length())).isPresent());
        }
        if (name.equals("jobfeed-schedule.time-zone")) {
            return settings.timeZone().getID();
        }
        Matcher schedule = SCHEDULE.matcher(name);
        return schedule.matches() ? schedule(settings, schedule) : null;
    }

    /** What is asked after every property source, and would come too late behind a default. */
    private Optional<String> set(String name) {
        Properties initial = context.getPropertiesComponent()
                        instanceof org.apache.camel.component.properties.PropertiesComponent properties
                ? properties.getInitialProperties()
                : null;
        return Optional.ofNullable(host.apply(name))
                .or(() -> Optional.ofNullable(initial).map(values -> values.getProperty(name)));
    }

    private static String schedule(JobfeedProperties settings, Matcher name) {
        String cron =
                settings.text("jobfeed." + name.group(1).replace('_', '-')).orElse("");
        if (name.group(3).equals("cron")) {
            return cron;
        }
        return Boolean.toString(
                !cron.isEmpty() && settings.flag("jobfeed." + name.group(2).replace('_', '-') + ".enabled"));
    }

    @Override
    public int getOrder() {
        return LOWEST;
    }
}
