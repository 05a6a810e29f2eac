package dev.jobfeed;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.errorhandler.DefaultErrorHandlerDefinition;

/**
 * Keeps the routes with a policy of the bundle and those of its host apart. A dead letter channel that a host has for its
 * whole context would take the bundle's failures for handled; and a route that is added under the id of another takes its
 * place without a word.
 */
final class OwnRoutes extends ModelLifecycleStrategySupport {

    /** The {@code routeConfiguration}s of the bundle; every route of it that reports failures has one. */
    private static final Pattern POLICY = Pattern.compile("(jobfeed|jobo|jobby)-.*");

    private final CamelContext context;
    private final Map<String, Boolean> own = new ConcurrentHashMap<>();

    private OwnRoutes(CamelContext context) {
        this.context = context;
    }

    static OwnRoutes watch(CamelContext context) {
        ModelCamelContext model = (ModelCamelContext) context;
        OwnRoutes routes = new OwnRoutes(context);
        model.getRouteDefinitions().forEach(routes::onAddRouteDefinition);
        model.addModelLifecycleStrategy(routes);
        return routes;
    }

    /** Whether the host has loaded any route of the bundle. */
    boolean areThere() {
        return own.containsValue(true);
    }

    @Override
    public void onAddRouteDefinition(RouteDefinition route) {
        boolean ours = route.getRouteConfigurationId() != null
                && POLICY.matcher(route.getRouteConfigurationId()).matches();
        if (ours
                && Objects.equals(
                        route.getErrorHandlerFactory(),
                        context.getCamelContextExtension().getErrorHandlerFactory())) {
            route.setErrorHandlerFactory(new DefaultErrorHandlerDefinition());
        }
        if (route.getRouteId() != null) {
            Boolean before = own.putIfAbsent(route.getRouteId(), ours);
            if (before != null && before != ours) {
                throw new IllegalStateException("Duplicate route id '" + route.getRouteId()
                        + "': one is a route of the bundle, the other is not. Give yours another id.");
            }
        }
    }
}
