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
 * Supplies the defaults of the bundle's properties, with the lowest precedence of the context's property sources. Also
 * supplies these values for placeholders in routes:
 *
 * <ul>
 *   <li>{@code jobfeed-set.x}: whether the property {@code x} is set; {@code jobfeed-set.jobby}: whether Jobby.dev is
 *       configured; {@code jobfeed-set.page}: whether the console is enabled;
 *   <li>{@code jobfeed-schedule.x.set} and {@code jobfeed-schedule.x.cron}, for each property {@code jobfeed.x} that
 *       holds a schedule and may be empty. A route whose schedule is off is not loaded, because Quartz would schedule
 *       it. {@code jobfeed-schedule.time-zone} is the time zone of the schedules;
 *   <li>each of these, and each property, with the suffix {@code @tenant}: the value for that tenant. The suffix
 *       {@code @} alone selects the default tenant.
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
     * Creates the source.
     *
     * @param host returns the host application's value of a property that its context does not know; null when it has
     *     none
     */
    public DefaultsPropertiesSource(CamelContext context, UnaryOperator<String> host) {
        this.context = context;
        this.host = host;
    }

    /**
     * Adds the source to its context. Listeners added by the host application are not called for its values, because
     * camel-main would print each of them as a setting of the application.
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
            return Boolean.toString(settings.console().isEnabled());
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

    /**
     * Returns the values of lookups that Camel consults after every property source, that is, too late to override a
     * default.
     */
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
