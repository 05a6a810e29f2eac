package dev.jobfeed.cli;

import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.tenant.TenantRegistry;
import picocli.CommandLine.Option;

/** {@code --tenant}: the tenant that a command applies to. */
final class TenantOption {

    @Option(names = "--tenant", paramLabel = "NAME", description = "Tenant to work on. Default: the default tenant.")
    private String name = "";

    /** Returns the tenant's name; empty for the default tenant. */
    String name() {
        return name;
    }

    JobfeedProperties settings(RuntimeConfiguration configuration) {
        return TenantRegistry.settings(configuration.settings(), name);
    }
}
