package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** What an application gets with the jar; anything more is a decision, and what only {@code bin/jobfeed} needs is none. */
class EmbeddersDependenciesTest {

    @Test
    void anApplicationGetsOnlyWhatTheRoutesNeed() throws Exception {
        Document pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("pom.xml").toFile());
        XPath path = XPathFactory.newInstance().newXPath();
        NodeList found = (NodeList) path.evaluate(
                "/project/dependencies/dependency[not(optional = 'true') and (not(scope) or scope = 'compile'"
                        + " or scope = 'runtime')]/artifactId",
                pom,
                XPathConstants.NODESET);
        List<String> reaching = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            reaching.add(found.item(i).getTextContent());
        }

        assertThat(reaching)
                .containsExactlyInAnyOrder(
                        "camel-core",
                        "camel-yaml-dsl",
                        "camel-http",
                        "camel-jdbc",
                        "camel-jackson",
                        "camel-quartz",
                        "camel-sql",
                        "flyway-core",
                        "flyway-database-postgresql");
    }
}
