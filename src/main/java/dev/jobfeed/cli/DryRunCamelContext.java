package dev.jobfeed.cli;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.component.quartz.QuartzComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.support.DefaultRegistry;
import org.apache.camel.support.PluginHelper;

/**
 * A context that builds routes without starting them, with the beans and properties of another context and separate
 * components.
 */
record DryRunCamelContext(DefaultCamelContext context) implements AutoCloseable {

    static DryRunCamelContext like(CamelContext other) throws Exception {
        DefaultCamelContext dryRun = new DefaultCamelContext(new DefaultRegistry(new Beans(other.getRegistry())));
        dryRun.disableJMX();
        dryRun.setAutoStartup(false);
        dryRun.getPropertiesComponent().addPropertiesSource(new Properties(other));
        dryRun.build();
        QuartzComponent quartz = new QuartzComponent();
        quartz.setAutoStartScheduler(false);
        dryRun.addComponent("quartz", quartz);
        for (String name : other.getComponentNames()) {
            if (dryRun.hasComponent(name) == null
                    && PluginHelper.getComponentResolver(dryRun).resolveComponent(name, dryRun) == null) {
                dryRun.addComponent(
                        name,
                        dryRun.getInjector()
                                .newInstance(other.getComponent(name, false).getClass()));
            }
        }
        return new DryRunCamelContext(dryRun);
    }

    @Override
    public void close() {
        context.stop();
    }

    /** The properties of the other context. */
    private record Properties(CamelContext other) implements PropertiesSource {

        @Override
        public String getName() {
            return "jobfeed-scratch";
        }

        @Override
        public String getProperty(String name) {
            return other.getPropertiesComponent().resolveProperty(name).orElse(null);
        }
    }

    /** The beans of the other context, except its components, which that context starts and stops itself. */
    private record Beans(BeanRepository other) implements BeanRepository {

        @Override
        public Object lookupByName(String name) {
            Object bean = other.lookupByName(name);
            return bean instanceof Component ? null : bean;
        }

        @Override
        public <T> T lookupByNameAndType(String name, Class<T> type) {
            T bean = other.lookupByNameAndType(name, type);
            return bean instanceof Component ? null : bean;
        }

        @Override
        public <T> Map<String, T> findByTypeWithName(Class<T> type) {
            return other.findByTypeWithName(type).entrySet().stream()
                    .filter(bean -> !(bean.getValue() instanceof Component))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        }

        @Override
        public <T> Set<T> findByType(Class<T> type) {
            return other.findByType(type).stream()
                    .filter(bean -> !(bean instanceof Component))
                    .collect(Collectors.toSet());
        }
    }
}
