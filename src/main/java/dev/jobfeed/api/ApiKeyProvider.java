package dev.jobfeed.api;

import dev.jobfeed.tenant.TenantRegistry;
import org.apache.camel.Exchange;

/** Provides the API key for each call, so that it is not part of the route model: bean {@code jobfeedApiKey}. */
public final class ApiKeyProvider {

    private final TenantRegistry tenants;

    public ApiKeyProvider(TenantRegistry tenants) {
        this.tenants = tenants;
    }

    /** Returns the key of the exchange's tenant. */
    public String value(Exchange exchange) {
        return tenants.forExchange(exchange).settings().jobo().apiKey();
    }
}
