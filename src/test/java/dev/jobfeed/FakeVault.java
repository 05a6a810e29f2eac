package dev.jobfeed;

import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.jobby.Jobby;
import java.util.Map;
import org.apache.camel.spi.PropertiesFunction;

/**
 * Resolves {@code {{paper:key}}} and {@code {{paper:password}}}; Camel finds it as it finds the functions of real
 * vaults.
 */
public final class FakeVault implements PropertiesFunction {

    private static final Map<String, String> SECRETS =
            Map.of("key", Sandbox.TEST_KEY, "token", Jobby.TEST_TOKEN, "user", "keeper", "password", "only on paper");

    @Override
    public String getName() {
        return "paper";
    }

    @Override
    public String apply(String name) {
        return SECRETS.get(name);
    }
}
