package dev.jobfeed.tenant;

/** Work on the feed of one tenant, such as an attempt. */
public interface TenantScoped {

    /** Returns the tenant that the work is for. */
    Tenant tenant();
}
