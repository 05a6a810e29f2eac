package dev.jobfeed.cli;

import dev.jobfeed.audit.AuditText;
import dev.jobfeed.console.AuditJson;
import dev.jobfeed.tenant.Tenant;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares a sample of the stored jobs with the API. */
@Command(
        name = "audit",
        description = "Compares a random sample of the stored jobs with the API, which is free of charge, and estimates"
                + " the share of active jobs that are right.",
        exitCodeList = {
            "  0:Done.",
            "  1:Failed, or the estimate is below jobfeed.jobs.audit-alert-below.",
            "  2:Usage or configuration.",
            "  3:Busy: another audit or, with --fix, an attempt is in progress, or another process holds the H2 file.",
            "  4:The audit cannot be done: the API has no such request, or charges for it, or no run has succeeded yet.",
            "130:Ended by Ctrl-C (SIGINT); nothing is stored.",
            "143:Ended by SIGTERM; nothing is stored."
        },
        footer = {
            "  jobfeed audit jobs",
            "  jobfeed audit jobs --sample 2000 --json",
            "  jobfeed audit jobs --seed 42 --fix"
        })
final class AuditCommand implements Callable<Integer> {

    @Mixin
    private SandboxPresets sandbox;

    @Mixin
    private TenantOption tenant;

    @Parameters(paramLabel = "STREAM", description = "${COMPLETION-CANDIDATES}.")
    private ReconcilableStream target;

    @Option(
            names = "--sample",
            paramLabel = "N",
            description = "Compare N active jobs, and up to a fifth of it each of recently expired and changed ones."
                    + " Default: jobfeed.jobs.audit-sample.")
    private Integer sample;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Draw the same jobs as an earlier audit with this seed. Default: a random seed.")
    private Long seed;

    @Option(
            names = "--fix",
            description =
                    "Store what the API says of the compared jobs. No sync starts meanwhile. Default: no row changes.")
    private boolean fix;

    @Option(names = "--json", description = "Print JSON: the columns of job_audit. Default: text.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        try (Shutdown shutdown = new Shutdown()) {
            JobfeedRuntime runtime =
                    shutdown.closes(JobfeedRuntime.startReading(RuntimeConfiguration.read(sandbox.presets()), tenant));
            CamelContext context = runtime.main().getCamelContext();
            ProducerTemplate template = shutdown.closes(context.createProducerTemplate());
            Tenant audited = runtime.bundle().tenants().get(tenant.name());
            OutboxDrainer drain = fix ? OutboxDrainer.start(context, audited, template) : null;
            Exchange reply = template.send("direct:jobs-audit", exchange -> {
                exchange.setVariable("jobfeedTenant", tenant.name());
                exchange.setVariable("jobfeedSample", sample);
                exchange.setVariable("jobfeedSeed", seed);
                exchange.setVariable("jobfeedFix", fix);
            });
            if (reply.getException() != null) {
                throw reply.getException();
            }
            @SuppressWarnings("unchecked")
            Map<String, Object> result = reply.getMessage().getBody(Map.class);
            System.out.println(
                    json
                            ? AuditJson.of(result).toString()
                            : audited.stream(target.toString()) + ": " + AuditText.of(result));
            if (drain != null) {
                drain.finish(shutdown);
            }
            return result.get("below_limit").equals(true) ? ExitCode.FAILED.code() : ExitCode.DONE.code();
        }
    }
}
