package dev.jobfeed.kamelet;

import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.schedule.ScheduleClaims;
import dev.jobfeed.tenant.TenantRegistry;
import java.text.ParseException;
import java.time.Duration;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.quartz.CronExpression;

/**
 * Applies the properties of a Kamelet to a tenant; each instance of a source has its own bean. Camel calls the setters;
 * a property that is not given keeps the runtime's value.
 */
public final class KameletTenant implements CamelContextAware {

    private final Map<String, String> properties = new HashMap<>();
    private CamelContext context;
    private String feed = "";
    private String stream = "";
    private Duration period = Duration.ZERO;
    private CronExpression cron;
    private boolean started;
    private long attemptedNanos;
    private Date next;

    public KameletTenant() {
        // the runtime's schedules do not trigger this tenant, and would make it count as late
        properties.put("jobfeed.jobs.schedule", "");
        properties.put("jobfeed.career-sites.schedule", "");
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        context = camelContext;
    }

    public void setFeed(String value) {
        feed = value;
        properties.putIfAbsent("jobfeed.datasource.schema", value);
    }

    public void setStream(String value) {
        stream = value;
    }

    public void setSchema(String value) {
        set("jobfeed.datasource.schema", value);
    }

    public void setDataSource(String value) {
        set("jobfeed.datasource.bean", value);
    }

    public void setApiKey(String value) {
        set("jobo.api-key", value);
    }

    public void setBaseUrl(String value) {
        set("jobo.base-url", value);
    }

    public void setWatermarkParameter(String value) {
        set("jobo.jobs.watermark-parameter", value);
    }

    public void setBatchSize(String value) {
        set("jobo.jobs.batch-size", value);
    }

    public void setLocations(String value) {
        set("jobo.jobs.filter.locations", value);
    }

    public void setSources(String value) {
        set("jobo.jobs.filter.sources", value);
    }

    public void setWorkModels(String value) {
        set("jobo.jobs.filter.work_models", value);
    }

    public void setEmploymentTypes(String value) {
        set("jobo.jobs.filter.employment_types", value);
    }

    public void setExperienceLevels(String value) {
        set("jobo.jobs.filter.experience_levels", value);
    }

    /**
     * Sets the time between attempts. Values that Camel reads as no time at all, such as 30M, are rejected: they would
     * cause requests, and charges, without a pause.
     */
    public void setPeriod(String value) {
        period = duration("period", value, Duration.ofSeconds(1));
    }

    /** Sets the timer's interval; the timer reads no time at all as a single trigger. */
    public void setInterval(String value) {
        duration("interval", value, Duration.ofMillis(1));
    }

    private static Duration duration(String property, String value, Duration least) {
        Duration duration =
                JobfeedProperties.over(name -> Optional.ofNullable(value)).duration(property);
        if (duration.compareTo(least) < 0) {
            throw new ConfigurationException(property + " is '" + value + "'; it takes " + least.toMillis()
                    + "ms or more, and without a unit it is milliseconds.");
        }
        return duration;
    }

    /**
     * Sets a Quartz cron expression that replaces the period; empty for none. As with Quartz endpoints, a + stands for
     * a space.
     */
    public void setCron(String value) {
        if (value == null || value.isBlank()) {
            return;
        }
        String expected = "cron is '" + value + "'; it takes a Quartz cron expression such as 0 0/30 * * * ?";
        try {
            cron = new CronExpression(value.replace('+', ' '));
        } catch (ParseException e) {
            throw new ConfigurationException(expected, e);
        }
        if (cron.getNextValidTimeAfter(new Date()) == null) {
            throw new ConfigurationException(expected + ", and this one never comes");
        }
    }

    private void set(String property, String value) {
        if (value != null && !value.isBlank()) {
            properties.put(property, value);
        }
    }

    /** Configures the tenant when the route is created, before any route starts. */
    public void begin() {
        TenantRegistry tenants = bean("jobfeedTenants", TenantRegistry.class);
        if (cron != null) {
            cron.setTimeZone(tenants.defaultTenant().settings().of(feed).timeZone());
            String prefix = "jobfeed." + stream.replace('_', '-');
            if (properties.replace(prefix + ".schedule", cron.getCronExpression()) != null) {
                properties.put(prefix + ".enabled", "true");
            }
        }
        tenants.configure(feed, properties);
    }

    private <T> T bean(String name, Class<T> type) {
        return context.getRegistry().lookupByNameAndType(name, type);
    }

    /**
     * Returns whether an attempt is due: at the start and then once per period; or as the cron expression says, and at
     * the start if a run is open or was missed, on one of several nodes. Sets the header {@code scheduledFireTime} that
     * Quartz would set, for the claim of the time.
     */
    public synchronized boolean isDue(Exchange exchange) throws ParseException {
        return cron == null ? isPeriodOver() : isScheduled(exchange);
    }

    private boolean isPeriodOver() {
        long now = System.nanoTime();
        if (started && now - attemptedNanos < period.toNanos()) {
            return false;
        }
        started = true;
        attemptedNanos = now;
        return true;
    }

    private boolean isScheduled(Exchange exchange) throws ParseException {
        Date now = new Date();
        if (started && (next == null || now.before(next))) {
            return false;
        }
        boolean due = started
                || bean("jobfeedScheduleClaims", ScheduleClaims.class)
                        .claimCatchUp(feed, stream + "-sync", stream, cron.getCronExpression());
        exchange.getMessage().setHeader("scheduledFireTime", next);
        started = true;
        next = cron.getNextValidTimeAfter(now);
        return due;
    }
}
