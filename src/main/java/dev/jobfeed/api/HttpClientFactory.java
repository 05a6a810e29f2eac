package dev.jobfeed.api;

import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.camel.component.http.HttpComponent;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.Timeout;

/** Creates the HTTP clients for both APIs, with the proxy and the trust store that are configured. */
public final class HttpClientFactory {

    private final JobfeedProperties settings;
    private final Optional<HttpHost> proxy;
    private final Optional<SSLContext> trust;

    private HttpClientFactory(JobfeedProperties settings, Optional<HttpHost> proxy, Optional<SSLContext> trust) {
        this.settings = settings;
        this.proxy = proxy;
        this.trust = trust;
    }

    /**
     * Creates a factory from the properties.
     *
     * @throws ConfigurationException when proxy or trust store cannot be used
     */
    public static HttpClientFactory of(JobfeedProperties settings) {
        return new HttpClientFactory(
                settings,
                settings.jobo().proxy().map(uri -> new HttpHost(uri.getScheme(), uri.getHost(), uri.getPort())),
                settings.jobo().trustStore().map(file -> readTrustStore(settings, file)));
    }

    /** Creates a connection manager; the caller closes it. */
    public HttpClientConnectionManager connections() {
        PoolingHttpClientConnectionManagerBuilder builder = PoolingHttpClientConnectionManagerBuilder.create()
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(settings.duration("jobo.http.connect-timeout")))
                        .build())
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(ResponseLimits.HEAD)
                        .build());
        trust.ifPresent(context -> builder.setTlsSocketStrategy(new DefaultClientTlsStrategy(context)));
        return builder.build();
    }

    /**
     * Creates a separate component, so that the host application's settings of {@code http:} and the bundle's do not
     * affect each other.
     */
    public HttpComponent component(HttpClientConnectionManager connections, Duration responseTimeout) {
        HttpComponent http = new HttpComponent();
        http.setClientConnectionManager(connections);
        http.setAutomaticRetriesDisabled(true);
        http.setFollowRedirects(false);
        http.setResponseTimeout(responseTimeout.toMillis());
        http.setCookieManagementDisabled(true);
        ResponseLimits limits = limits(settings.duration("jobo.http.answer-timeout"));
        http.setHttpClientConfigurer(client -> applyLimits(client, limits));
        proxy.ifPresent(host -> {
            http.setProxyHost(host.getHostName());
            http.setProxyPort(host.getPort());
            // otherwise, the scheme of the target server would be used for the proxy
            http.setProxyAuthScheme(host.getSchemeName());
        });
        return http;
    }

    /** Creates a client for a single request with the same settings; the caller closes it. */
    public CloseableHttpClient client(Duration responseTimeout) {
        HttpClientBuilder builder = HttpClients.custom()
                .setConnectionManager(connections())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(Timeout.of(responseTimeout))
                        .build())
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement();
        applyLimits(builder, limits(responseTimeout));
        proxy.ifPresent(builder::setProxy);
        return builder.build();
    }

    private ResponseLimits limits(Duration timeout) {
        return new ResponseLimits(settings.jobo().maxAnswerBytes(), timeout);
    }

    private static void applyLimits(HttpClientBuilder client, ResponseLimits limits) {
        client.disableContentCompression().addExecInterceptorFirst("jobfeed-bounds", limits);
    }

    /** Describes the connection settings for troubleshooting. */
    public String text() {
        return proxy.map(host -> "through " + host.toURI()).orElse("no proxy") + ", trusting "
                + settings.jobo()
                        .trustStore()
                        .map(file -> "the authorities in " + file.toAbsolutePath())
                        .orElse("Java's own authorities");
    }

    private static SSLContext readTrustStore(JobfeedProperties settings, Path file) {
        try {
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(authorities(Files.readAllBytes(file), settings.text("jobo.http.trust-store-password")));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new ConfigurationException(
                    "jobo.http.trust-store is '" + file + "', and no authorities can be read from it ("
                            + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "); it takes a file of certificates, as PEM, PKCS12 or JKS.",
                    e);
        }
    }

    private static KeyStore authorities(byte[] content, Optional<String> password)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        if (new String(content, StandardCharsets.ISO_8859_1).contains("-----BEGIN CERTIFICATE-----")) {
            store.load(null, null);
            int count = 0;
            for (Certificate authority :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(content))) {
                store.setCertificateEntry("authority-" + count++, authority);
            }
        } else {
            // the default type reads both PKCS12 and JKS
            store.load(
                    new ByteArrayInputStream(content),
                    password.map(String::toCharArray).orElse(null));
        }
        if (store.size() == 0) {
            throw new GeneralSecurityException("there are none in it, or they need jobo.http.trust-store-password");
        }
        return store;
    }
}
