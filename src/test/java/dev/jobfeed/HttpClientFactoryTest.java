package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests both APIs through a company's proxy, and with a certificate of a private authority. */
class HttpClientFactoryTest {

    @TempDir
    private static Path certificates;

    private SyncFixture fixture;
    private JobbyFixture jobby;
    private CompanyNetwork tlsProxy;
    private CompanyNetwork proxy;

    @BeforeAll
    static void makeCertificates() throws Exception {
        CompanyNetwork.makeCertificates(certificates);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable open : new AutoCloseable[] {fixture, jobby, tlsProxy, proxy}) {
            if (open != null) {
                open.close();
            }
        }
    }

    private void start() throws Exception {
        fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(20).careerSites(1));
        tlsProxy = CompanyNetwork.before(URI.create(fixture.sandbox.baseUrl()).getPort(), certificates);
        proxy = CompanyNetwork.proxy();
        fixture.with("jobo.base-url", "https://localhost:" + tlsProxy.port())
                .with("jobo.http.proxy", "http://127.0.0.1:" + proxy.port())
                .with("jobo.retry.time-scale", "0.001");
    }

    @ParameterizedTest
    @CsvSource({"authority.pem,", "authority.p12, changeit"})
    void feedWorksThroughAProxyWithAPrivateCertificate(String file, String password) throws Exception {
        start();
        fixture.with("jobo.http.trust-store", certificates.resolve(file).toString())
                .with("jobo.http.trust-store-password", password == null ? "" : password);

        assertThat(fixture.sync().counts().inserted()).isEqualTo(20);

        assertThat(proxy.requests())
                .isNotEmpty()
                .allMatch(request -> request.equals("CONNECT localhost:" + tlsProxy.port()));
    }

    @Test
    void certificateOfAnUnknownAuthorityIsRejectedBeforeTheKeyIsSent() throws Exception {
        start();

        assertThatThrownBy(fixture::sync).hasStackTraceContaining("unable to find valid certification path");

        assertThat(fixture.sandbox.log().entries()).isEmpty();
    }

    @Test
    void plainHttpRequestsSendTheAbsoluteUrlToTheProxy() throws Exception {
        start();
        fixture.with("jobo.base-url", fixture.sandbox.baseUrl());

        assertThat(fixture.sync().counts().inserted()).isEqualTo(20);

        assertThat(proxy.requests()).contains("POST " + fixture.sandbox.baseUrl() + "/api/jobs/feed");
    }

    @Test
    void jobbyUsesTheProxy() throws Exception {
        jobby = JobbyFixture.of("h2", JobbyOptions.builder());
        tlsProxy = CompanyNetwork.before(URI.create(jobby.sandbox.baseUrl()).getPort(), certificates);
        proxy = CompanyNetwork.proxy();
        jobby.with("jobby.base-url", "https://localhost:" + tlsProxy.port() + "/api/v1")
                .with("jobo.http.proxy", "http://127.0.0.1:" + proxy.port())
                .with(
                        "jobo.http.trust-store",
                        certificates.resolve("authority.pem").toString());

        jobby.send("direct:jobby-live-events", null, Map.of(), Object.class);

        assertThat(jobby.one("select count(*) from jobby_live_event", Integer.class))
                .isEqualTo(3);
        assertThat(proxy.requests()).containsExactly("CONNECT localhost:" + tlsProxy.port());
    }

    @Test
    void doctorUsesAndReportsTheProxy() throws Exception {
        start();
        Map<String, String> properties = new HashMap<>(Map.of(
                "jobo.base-url",
                "https://localhost:" + tlsProxy.port(),
                "jobfeed.datasource.url",
                "jdbc:h2:mem:doctor",
                "jobo.http.proxy",
                "http://127.0.0.1:" + proxy.port()));

        CommandResult untrusted = CommandResult.run(properties, "doctor");
        properties.put(
                "jobo.http.trust-store", certificates.resolve("authority.pem").toString());
        CommandResult trusted = CommandResult.run(properties, "doctor");

        assertThat(untrusted.out())
                .containsPattern("failure +api .*certification path.*jobo.http.trust-store")
                .containsPattern("ok +network +through http://127.0.0.1:\\d+, trusting Java's own authorities");
        assertThat(trusted.out())
                .containsPattern("ok +api +https://localhost:\\d+ answers \\(401 without the key\\)")
                .contains("trusting the authorities in " + certificates.resolve("authority.pem"));
        assertThat(proxy.requests()).hasSize(2);
    }

    @Test
    void invalidTrustStoreIsNamed(@TempDir Path directory) throws Exception {
        start();
        Path file = Files.writeString(directory.resolve("trust.pem"), "no certificates");

        for (Path wrong : new Path[] {file, directory.resolve("nothing")}) {
            fixture.with("jobo.http.trust-store", wrong.toString());
            assertThatThrownBy(fixture::sync)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("jobo.http.trust-store is '" + wrong + "'");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"proxy", "proxy.example.com:3128", "http://proxy.example.com", "socks://a:1", "http://u:p@a:1"})
    void invalidProxyIsRejected(String value) {
        JobfeedProperties settings = JobfeedProperties.over(name -> java.util.Optional.of(value));

        assertThatThrownBy(() -> settings.jobo().proxy())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("jobo.http.proxy is '")
                .hasMessageNotContaining("u:p");
    }
}
