package dev.jobfeed.kamelet;

import dev.jobfeed.tenant.Tenants;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.util.TimeUtils;

/**
 * The properties of a Kamelet as those of a tenant: the bean of each instance of a source. Camel sets it
 * up by its setters; a property that is not given stays as the runtime has it.
 */
public final class FeedSettings implements CamelContextAware {

    private final Map<String, String> properties = new HashMap<>();
    private CamelContext context;
    private String feed = "";
    private Duration period = Duration.ZERO;
    private long attemptedNanos;
    private boolean attempted;

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

    public void setPeriod(String value) {
        period = Duration.ofMillis(TimeUtils.toMilliSeconds(value));
    }

    private void set(String property, String value) {
        if (value != null && !value.isBlank()) {
            properties.put(property, value);
        }
    }

    /** The name of the tenant, which is set up by the first call. */
    public String tenant() {
        context.getRegistry()
                .lookupByNameAndType("jobfeedTenants", Tenants.class)
                .configure(feed, properties);
        return feed;
    }

    /** Whether an attempt is to be made; true once a period, and at the start. */
    public synchronized boolean isDue(Exchange exchange) {
        long now = System.nanoTime();
        if (attempted && now - attemptedNanos < period.toNanos()) {
            return false;
        }
        attempted = true;
        attemptedNanos = now;
        return true;
    }
}
