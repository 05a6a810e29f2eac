package dev.jobfeed.route;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.ErrorHandlerFactory;
import org.apache.camel.model.FromDefinition;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;

/**
 * Separates the bundle's routes from those of its host. An error handler that a host sets for its whole context, before
 * or after the bundle's routes are loaded, would take precedence over that of a route configuration (Camel 4.18, {@code
 * RoutesDefinition} and {@code ErrorHandlerHelper}). And a route that is added with the id of another replaces it
 * silently.
 */
public final class BundleRouteGuard extends ModelLifecycleStrategySupport {

    private final CamelContext context;
    private final ModelCamelContext model;
    private final ShippedRoutes shipped = ShippedRoutes.read();
    private final Map<String, Source> loaded = new HashMap<>();

    private BundleRouteGuard(CamelContext context) {
        this.context = context;
        this.model = (ModelCamelContext) context;
    }

    /**
     * Origin of a definition.
     *
     * @param location null for a definition made in Java
     * @param parameters parameters of the template; empty for a route without a template
     */
    private record Source(String location, Map<String, Object> parameters) {

        /** Returns whether this is an edited copy of the other definition's file, which has the same file name. */
        boolean isCopyOf(Source other) {
            return Objects.equals(file(), other.file()) && parameters.equals(other.parameters);
        }

        private String file() {
            return location == null ? null : location.replaceFirst("^.*[/:\\\\]", "");
        }

        String description() {
            return location == null ? "Java code" : location;
        }
    }

    public static BundleRouteGuard install(CamelContext context) {
        BundleRouteGuard routes = new BundleRouteGuard(context);
        routes.model.getRouteTemplateDefinitions().forEach(routes::onAddRouteTemplateDefinition);
        routes.model.getRouteDefinitions().forEach(routes::onAddRouteDefinition);
        routes.model.addModelLifecycleStrategy(routes);
        return routes;
    }

    /** Returns whether the host has loaded any route of the bundle. */
    public boolean anyLoaded() {
        return !loaded.isEmpty();
    }

    @Override
    public void onAddRouteTemplateDefinition(RouteTemplateDefinition template) {
        check("route template id", template.getId(), template.getRoute(), Map.of());
    }

    @Override
    public void onAddRouteDefinition(RouteDefinition route) {
        Map<String, Object> parameters = route.getTemplateParameters();
        check("route id", route.getRouteId(), route, parameters == null ? Map.of() : parameters);
        String policy = route.getRouteConfigurationId();
        if (policy != null && shipped.fileOf(policy) != null && route.getErrorHandler() == null) {
            route.setErrorHandlerFactory(errorHandler(policy)
                    .orElseThrow(() -> new IllegalStateException("The route '" + route.getRouteId()
                            + "' needs the error policy '" + policy + "' of " + shipped.fileOf(policy)
                            + ", which is not loaded yet. Load the files of the bundle in one call.")));
        }
    }

    private Optional<ErrorHandlerFactory> errorHandler(String policy) {
        return model.getRouteConfigurationDefinitions().stream()
                .filter(configuration -> policy.equals(configuration.getId()))
                .map(RouteConfigurationDefinition::getErrorHandler)
                .filter(Objects::nonNull)
                .map(configuration -> configuration.getErrorHandlerType())
                .findFirst();
    }

    /**
     * Rejects a second definition of a shipped id. Before the start nothing is reloaded, so a copy of a file is a
     * mistake; afterwards it is an edit.
     */
    private void check(String kind, String id, RouteDefinition route, Map<String, Object> parameters) {
        if (id == null || shipped.fileOf(id) == null) {
            return;
        }
        Source source = new Source(location(route), parameters);
        Source other = loaded.putIfAbsent(id, source);
        if (other != null && !(context.isStarted() ? source.isCopyOf(other) : source.equals(other))) {
            throw new IllegalStateException("Duplicate " + kind + " '" + id + "': " + shipped.fileOf(id)
                    + " of the bundle defines it, and it is loaded from " + other.description() + " and from "
                    + source.description() + ". One would replace the other; give yours another id.");
        }
    }

    private static String location(RouteDefinition route) {
        if (route.getResource() != null) {
            return route.getResource().getLocation();
        }
        FromDefinition input = route.getInput();
        return input == null ? null : input.getLocation();
    }
}
