package dev.jobfeed.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.apache.camel.ErrorHandlerFactory;
import org.apache.camel.builder.DeadLetterChannelBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests what a host cannot do to the routes of the bundle. */
class BundleRouteGuardTest {

    private static final String SHIPPED = "company-profile";
    private static final String POLICY = "propagate-errors";

    private final DefaultCamelContext context = new DefaultCamelContext();

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void onlyTheRoutesOfTheBundleCountAsLoaded() throws Exception {
        BundleRouteGuard guard = BundleRouteGuard.install(context);
        assertThat(guard.anyLoaded()).isFalse();

        load("host.camel.yaml", route("invoices"));
        assertThat(guard.anyLoaded()).isFalse();

        load("companies.camel.yaml", route(SHIPPED));
        assertThat(guard.anyLoaded()).isTrue();
    }

    @Test
    void routesThatWereLoadedBeforeCountAsWell() throws Exception {
        load("companies.camel.yaml", route(SHIPPED));

        assertThat(BundleRouteGuard.install(context).anyLoaded()).isTrue();
    }

    @Test
    void hostRouteCannotReplaceOneOfTheBundle() throws Exception {
        BundleRouteGuard.install(context);
        load("companies.camel.yaml", route(SHIPPED));

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> load("host.camel.yaml", route(SHIPPED)))
                .withMessageContaining("Duplicate route id '" + SHIPPED + "'")
                .withMessageContaining("companies.camel.yaml")
                .withMessageContaining("host.camel.yaml");
    }

    @Test
    void copyOfAFileReplacesItsRoutesOnlyAfterTheStart() throws Exception {
        BundleRouteGuard.install(context);
        load("companies.camel.yaml", route(SHIPPED));
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> load("copy/companies.camel.yaml", route(SHIPPED)));

        context.start();

        assertThatCode(() -> load("copy/companies.camel.yaml", route(SHIPPED))).doesNotThrowAnyException();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> load("host.camel.yaml", route(SHIPPED)));
    }

    @Test
    void routeKeepsItsErrorPolicyUnderAnErrorHandlerOfTheHost() throws Exception {
        ErrorHandlerFactory ofHost = new DeadLetterChannelBuilder("log:host");
        context.getCamelContextExtension().setErrorHandlerFactory(ofHost);
        BundleRouteGuard.install(context);

        load("jobo-api.camel.yaml", """
                - routeConfiguration:
                    id: propagate-errors
                    errorHandler:
                      noErrorHandler: {}
                """);
        load("companies.camel.yaml", route(SHIPPED, POLICY));

        ErrorHandlerFactory policy = ((ModelCamelContext) context)
                .getRouteConfigurationDefinition(POLICY)
                .getErrorHandler()
                .getErrorHandlerType();
        assertThat(context.getRouteDefinition(SHIPPED).getErrorHandlerFactory()).isSameAs(policy);
    }

    @Test
    void routeIsNotLoadedBeforeItsErrorPolicy() {
        BundleRouteGuard.install(context);

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> load("companies.camel.yaml", route(SHIPPED, POLICY)))
                .withMessageContaining("needs the error policy '" + POLICY + "' of jobo-api.camel.yaml");
    }

    private void load(String file, String yaml) throws Exception {
        PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromString("mem:" + file, yaml));
    }

    private static String route(String id) {
        return """
                - route:
                    id: %s
                    from:
                      uri: direct:%s
                      steps:
                        - log: "%s"
                """.formatted(id, id, id);
    }

    private static String route(String id, String policy) {
        return route(id).replace("    from:", "    routeConfigurationId: " + policy + "\n    from:");
    }
}
